# %% [markdown]
# # The order service grows
#
# 14:09. The order service was restarted an hour ago because its memory was high, and it is climbing again. We have
# what was saved: the service's log, an access log, psutil samples, a few objgraph snapshots, and the deploy history.

# %%
import pandas as pd

import rca

t = rca.read("examples/incidents/order-leak")
t

# %% [markdown]
# ## What do we have, and could all of it be read?

# %%
pd.DataFrame({"file": [s.path for s in t.sources], "format": [s.format for s in t.sources],
              "rows": [sum(s.rows.values()) for s in t.sources], "problems": [s.problems for s in t.sources]})

# %% [markdown]
# ## Ask first, look later

# %%
report = rca.diagnose(t)
report

# %%
report.to_frame()

# %% [markdown]
# ## Do we believe it?
#
# Resident memory, with the moments at which something was deployed. Every deploy starts a new process, so memory falls
# back; what counts is what happens between two of them.

# %%
resident = t.metrics[t.metrics["metric"] == "rss_bytes"].set_index("time")["value"] / 1e6
deploys = t.changes[t.changes["kind"] == "deploy"].set_index("time")["id"]
axes = resident.plot(figsize=(9, 3), ylabel="resident memory, MB", xlabel="")
for moment, version in deploys.items():
    axes.axvline(moment, linestyle="--", linewidth=0.8, color="grey")
    axes.annotate(version, (moment, resident.max()), rotation=90, fontsize=8, ha="right", va="top")

# %% [markdown]
# Flat up to 2.3.2. From 2.4.0 on it climbs within each life of the process, also after the restart, which changed
# nothing but the starting point.
#
# ## Which objects pile up?
#
# Two snapshots of one process, 75 minutes apart. Our own types drag dicts and lists along.

# %%
counts = t.histograms.pivot_table(index="class_name", columns="snapshot", values="objects", fill_value=0)
growth = (counts["250min"] - counts["175min"]).sort_values(ascending=False)
growth[growth > 0].head(6)

# %% [markdown]
# ## One object per what?
#
# Orders that were placed between these two snapshots, against the new objects.

# %%
taken = t.histograms.groupby("snapshot")["time"].first()
placed = t.logs[t.logs["message"] == "order placed"]
orders = placed["time"].between(taken["175min"], taken["250min"]).sum()
per_order = growth["order_service.history.AuditEntry"] / orders
print(f"{orders} orders, {per_order:.2f} AuditEntry per order")
assert 0.9 < per_order < 1.1

# %%
first, last = (resident.asof(taken[name]) for name in ("175min", "250min"))
print(f"{(last - first) * 1e6 / orders:,.0f} bytes of resident memory per order")

# %% [markdown]
# ## Who brought it in?
#
# The commit that mentions the class, and the deploy that shipped it.

# %%
commits = t.changes[t.changes["kind"] == "commit"]
guilty = commits[commits["diff"].str.contains("class AuditEntry", na=False)].iloc[0]
print(guilty["id"][:12], guilty["author"], guilty["summary"], sep=" | ")
shipped = t.changes[(t.changes["kind"] == "deploy") & (t.changes["parent_id"] == guilty["id"])]
shipped[["time", "component", "id"]]

# %%
added = [line for line in guilty["diff"].splitlines() if line.startswith("+") and "entries" in line]
print("\n".join(added))

# %% [markdown]
# A list that lives as long as the process, with an append for every order and nothing that ever removes one. The fix is
# to keep the history where the orders are kept, in the database; until then, go back to 2.3.2.
