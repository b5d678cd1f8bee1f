"""Makes up calls from the OpenAPI document that a running Punctual serves, and judges each answer by it.

Arguments: the application's URL and a token. The exit code is schemathesis' own: not 0 for a server error and for every
answer that the document does not have.
"""

import pathlib
import subprocess
import sys
import tempfile

CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
]
# The same calls each time, and an end to them on a slow machine.
SECONDS_MAX = 60

url, token = sys.argv[1:]
program = pathlib.Path(sys.executable).with_name("st")
command = [
    program, "run", f"{url}/api/openapi.json", "--url", url, "--header", f"Authorization: Bearer {token}",
    "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--seed", "7",
    "--max-time", str(SECONDS_MAX), "--continue-on-failure", "--generation-database", "none",
    "--suppress-health-check", "all", "--request-timeout", "30", "--warnings", "off", "--no-color",
]
# It leaves a cache where it runs.
with tempfile.TemporaryDirectory() as folder:
    told = subprocess.run(command, cwd=folder, check=False)
sys.exit(told.returncode)
