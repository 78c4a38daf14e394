"""Contracts of the canonical entities, one module per domain."""

from contracts.contract import Contract
from contracts.entities import assessment, crm, finance, hr, reference, support

ENTITIES: dict[str, Contract] = {
    contract.name: contract
    for module in (reference, assessment, crm, support, hr, finance)
    for contract in module.CONTRACTS
}
