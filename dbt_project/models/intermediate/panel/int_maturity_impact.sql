{% set outcomes = [
    'csat_share', 'first_response_minutes', 'ticket_volume', 'win_rate', 'revenue', 'log_revenue',
    'revenue_growth', 'gross_margin', 'headcount', 'attrition',
] %}

with kpis as (

    select
        *,
        {{ natural_log('revenue') }} as log_revenue
    from {{ ref('int_kpi_month') }}

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
