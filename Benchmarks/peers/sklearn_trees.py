"""sklearn_trees.py PATH LABEL COLUMN...: what `tables trees` does, by scikit-learn's HistGradientBoostingClassifier."""

import json
import sys
import time

import numpy as np
import pyarrow.csv
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

path, label, *columns = sys.argv[1:]
table = pyarrow.csv.read_csv(path)
samples = np.column_stack([table[name].to_numpy() for name in columns]).astype(np.float32)
labels = table[label].to_numpy()
known = np.arange(len(labels)) % 5 != 0
seconds, start = [], time.monotonic()
while len(seconds) < 3 or time.monotonic() - start < 1.5:
    model = HistGradientBoostingClassifier(max_iter=100, learning_rate=0.1, max_leaf_nodes=31, early_stopping=False)
    begin = time.monotonic()
    model.fit(samples[known], labels[known])
    seconds.append(time.monotonic() - begin)
quality = roc_auc_score(labels[~known], model.predict_proba(samples[~known])[:, 1])
print(json.dumps({"rows": int(known.sum()), "seconds": seconds, "quality": quality}))
