"""Where things are, and what the deployment's defaults say."""

import pathlib
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
STACK = tomllib.loads((ROOT / "samconfig.toml").read_text())["default"]["global"]["parameters"]["stack_name"]
