"""What commands print, on programs assembled here so that addresses are stable."""
import os

import lit.formats

config.name = "asmforge"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(lit_config.params["build"], "golden")
asmforge = lit_config.params["asmforge"]
inputs = os.path.join(config.test_source_root, "Inputs")

# In the C locale loops are drawn in ASCII; no terminal, so no colour.
config.environment.update(LC_ALL="C", NO_COLOR="1", HOME=config.test_exec_root,
                          TMPDIR=os.path.join(config.test_exec_root))

config.substitutions += [
    ("%asmforge", asmforge),
    ("%inputs", inputs),
    ("%build_kernels", os.path.join(inputs, "build.sh")),
    ("FileCheck", "FileCheck-19 --match-full-lines --strict-whitespace"),
    # Runs a command and demands its exit status: "%exits 2 asmforge ...".
    ("%exits", "%s %s" % (os.path.join(inputs, "exits.sh"), "")),
]
