{% set logged = logged_kpi_codes().split() %}
{% set controls = negative_control_codes().split() %}
{% set parted = explained_ratio_codes().split() + controls %}
{% set outcomes = panel_outcome_codes().split() %}

with kpi_months as (

    select * from {{ ref('int_kpi_month') }}

),

ticket_months as (

    select * from {{ ref('int_ticket_month') }}

),

-- Negative controls are no KPIs: they stand beside them here, and in no other mart.
kpis as (

    select
        kpi_months.*,
        {% for code in logged %}
        {{ natural_log('kpi_months.' ~ code) }} as log_{{ code }},
        {% endfor %}
    {% for code in controls %}
    ticket_months.{{ code }}_numerator,
    ticket_months.{{ code }}_denominator,
    ticket_months.{{ code }}{{ '' if loop.last else ',' }}
    {% endfor %}
    from kpi_months
    left join ticket_months
        on
            kpi_months.organization_id = ticket_months.organization_id
            and kpi_months.period = ticket_months.period

),

organizations as (

    select * from {{ ref('int_organization') }}

),

index_months as (

    select * from {{ ref('int_index_month') }}

),

-- Calendar months, not rows: a month that is missing leaves the lead or lag unknown.
final as (

    select
        kpis.organization_id,
        kpis.period,
        organizations.industry,
        organizations.country,
        organizations.customer_type,
        organizations.employees_band,
        organizations.log_employees,
        index_months.wave,
        index_months.integration_index,
        index_months.integration_index / 10 as index_per_10,
        index_months.stage,
        index_months.n_raters,
        index_months.is_low_reliability,
        earlier.integration_index as integration_index_lag_3m,
        later.integration_index as integration_index_lead_3m,
        index_months.channel_adoption_share,
        index_months.checklist_gap,
        {% for code in parted %}
        kpis.{{ code }}_numerator,
        kpis.{{ code }}_denominator,
        {% endfor %}
    {% for outcome in outcomes %}
    kpis.{{ outcome }},
    later.{{ outcome }} as {{ outcome }}_lead_3m,
    earlier.{{ outcome }} as {{ outcome }}_lag_3m{{ '' if loop.last else ',' }}
    {% endfor %}
    from kpis
    inner join organizations on kpis.organization_id = organizations.organization_id
    left join index_months
        on
            kpis.organization_id = index_months.organization_id
            and kpis.period = index_months.period
    left join kpis as later
        on
            kpis.organization_id = later.organization_id
            and later.period = {{ shift_months('kpis.period', var('lead_months')) }}
    left join kpis as earlier
        on
            kpis.organization_id = earlier.organization_id
            and kpis.period = {{ shift_months('earlier.period', var('lead_months')) }}

)

select * from final
