"""Evaluates Power Fx formulas with Microsoft's own engine: a JSON list of texts in, a list of their values out.

What the engine refuses is an object {"error": "…"}. Only the language is here: data sources and controls are whatever a formula
brings along, as in With({inpEmail: {Text: "a"}}, …).
"""
import importlib.util
import json
import os
import sys
import tempfile

import dotnetcore2
import pythonnet

LONGEST = 20_000


def start():
    """The package brings the engine, dotnetcore2 the runtime; nothing is installed beside Python."""
    root = os.path.join(os.path.dirname(dotnetcore2.__file__), "bin")
    version = os.listdir(os.path.join(root, "shared", "Microsoft.NETCore.App"))[0]
    options = {"tfm": "netcoreapp3.1", "framework": {"name": "Microsoft.NETCore.App", "version": version},
               "configProperties": {"System.Globalization.Invariant": True}}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "runtime.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"runtimeOptions": options}, file)
        pythonnet.load("coreclr", runtime_config=path, dotnet_root=root)
    import clr

    sys.path.append(os.path.join(os.path.dirname(importlib.util.find_spec("powerfx").origin), "_bundled"))
    clr.AddReference("Microsoft.PowerFx.Core")
    clr.AddReference("Microsoft.PowerFx.Interpreter")


start()

from Microsoft.PowerFx import ParserOptions, PowerFxConfig, PowerFxConfigExtensions, RecalcEngine  # noqa: E402
from System import TimeSpan  # noqa: E402
from System.Globalization import CultureInfo  # noqa: E402

config = PowerFxConfig()
PowerFxConfigExtensions.EnableRegExFunctions(config, TimeSpan(0, 0, 1), -1)
engine, options = RecalcEngine(config), ParserOptions(CultureInfo("en-US"))
options.MaxExpressionLength = LONGEST


def value(formula):
    try:
        result = engine.Eval(formula, options=options).ToObject()
    except Exception as error:  # whatever .NET throws: it is the answer
        return {"error": str(error).split("\n")[0]}
    plain = result is None or isinstance(result, (bool, float, int, str))
    return result if plain else str(result)


json.dump([value(formula) for formula in json.load(sys.stdin)], sys.stdout)
