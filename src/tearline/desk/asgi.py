"""What an ASGI server runs: `tearline.desk.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tearline.desk.settings")
application = get_asgi_application()
