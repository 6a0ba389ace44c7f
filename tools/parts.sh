#!/usr/bin/env bash
# Brings the front-end parts (fonts, htmx, ECharts) from npm into the package. Without Node on the machine, Node comes as a wheel.
set -euo pipefail
venv=$1
fonts=src/tearline/report/fonts
if ! command -v npm >/dev/null 2>&1; then
    "$venv/bin/pip" install --quiet --require-hashes -r requirements/node.txt
    PATH="$PWD/$venv/bin:$PATH"
fi
npm ci --silent --no-fund --no-audit --ignore-scripts
mkdir -p "$fonts"
for family in sans mono serif; do
    for style in 400-normal 400-italic 600-normal; do
        source=node_modules/@fontsource/ibm-plex-$family/files/ibm-plex-$family-latin-$style.woff2
        cp "$source" "$fonts/plex-$family-$style.woff2"
    done
done
cp node_modules/@fontsource/ibm-plex-sans/LICENSE "$fonts/LICENSE"
parts=src/tearline/desk/static/desk/parts
mkdir -p "$parts"
cp node_modules/htmx.org/dist/htmx.min.js node_modules/echarts/dist/echarts.min.js "$parts/"
"$venv/bin/python" tools/unpack_fonts.py src/tearline/desk/requests/fonts \
    node_modules/@fontsource/ibm-plex-{sans,serif,mono}/files/ibm-plex-*-latin-{400,600}-normal.woff
