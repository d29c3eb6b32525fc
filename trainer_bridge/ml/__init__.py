"""Training entry points. Plain Python plus the model libraries: no Django, so this folder runs on any GPU node.

``python -m trainer_bridge.ml.train RUN_FOLDER [--resume]`` trains, ``python -m trainer_bridge.ml.base_models KEY DIR``
prepares a base model. The file formats of a run folder are described in :mod:`trainer_bridge.ml.run_folder`.
"""
