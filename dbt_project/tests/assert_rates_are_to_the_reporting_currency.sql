-- If this fails, the rates are those to another currency than the one reported in, and every converted
-- amount is wrong: the reporting currency is worth one of itself.
select
    currency,
    period,
    rate_kind,
    rate_to_reporting
from {{ ref('stg_reference__fx_rates') }}
where
    currency = {{ reporting_currency() }}
    and rate_to_reporting <> 1
