"""Django's own commands for the desk: `python -m tearline.desk check --deploy`, `migrate`, `db_worker`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tearline.desk.settings")
    execute_from_command_line(["python -m tearline.desk", *sys.argv[1:]])
