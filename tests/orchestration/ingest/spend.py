"""A made-up vendor whose exports of spend end with a printed total."""


def spend_with_total(header: str, columns: str) -> str:
    """Profile whose rows end with `Total`, the sum of their amounts.

    Parameters
    ----------
    header : names that a file must have, parted by commas.
    columns : where canonical columns come from, a line of the profile each; the rest is the same for all.
    """
    return f"""
name: own_spend_ui
version: "1"
description: Spend with a total
source_system: own
entity: marketing_spend
shape: ui
locale: en
signature: {{required: [{header}]}}
columns:
{columns}
  spend_source: {{default: platform}}
footer: ['^Total']
control: {{total_of: amount, label: '^Total'}}
"""
