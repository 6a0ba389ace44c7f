// A security key that does not answer is said in words on the page, not in the console alone.
"use strict";
document.addEventListener("allauth.error", (event) => {
  const trouble = document.getElementById("key-trouble");
  if (trouble) { trouble.hidden = false; event.preventDefault(); }
});
