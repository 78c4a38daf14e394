with organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

tickets as (

    select * from {{ ref('int_ticket_month') }}

),

opportunities as (

    select * from {{ ref('int_opportunity_month') }}

),

ledger as (

    select * from {{ ref('int_ledger_month') }}

),

headcounts as (

    select * from {{ ref('int_headcount_month') }}

),

index_months as (

    select * from {{ ref('int_index_month') }}

),

-- Left joins from the full grid: what was not delivered stays unknown and never becomes nought.
final as (

    select
        organization_periods.organization_id,
        organization_periods.period,
        tickets.csat_share_numerator,
        tickets.csat_share_denominator,
        tickets.csat_share,
        tickets.first_response_minutes_numerator,
        tickets.first_response_minutes_denominator,
        tickets.first_response_minutes,
        tickets.ticket_volume_numerator,
        case when tickets.ticket_volume_numerator is not null then cast(1 as bigint) end
            as ticket_volume_denominator,
        cast(tickets.ticket_volume_numerator as double) as ticket_volume,
        opportunities.win_rate_numerator,
        opportunities.win_rate_denominator,
        opportunities.win_rate,
        ledger.revenue_numerator,
        case when ledger.revenue_numerator is not null then cast(1 as bigint) end as revenue_denominator,
        cast(ledger.revenue_numerator as double) as revenue,
        ledger.revenue_growth_numerator,
        ledger.revenue_growth_denominator,
        ledger.revenue_growth,
        ledger.gross_margin_numerator,
        ledger.gross_margin_denominator,
        ledger.gross_margin,
        headcounts.headcount_numerator,
        case when headcounts.headcount_numerator is not null then cast(1 as bigint) end
            as headcount_denominator,
        cast(headcounts.headcount_numerator as double) as headcount,
        headcounts.attrition_numerator,
        headcounts.attrition_denominator,
        headcounts.attrition,
        {{ reporting_currency() }} as reporting_currency,
        index_months.integration_index,
        index_months.stage
    from organization_periods
    {% for source in ['tickets', 'opportunities', 'ledger', 'headcounts', 'index_months'] %}
    left join {{ source }}
        on
            organization_periods.organization_id = {{ source }}.organization_id
            and organization_periods.period = {{ source }}.period
    {% endfor %}

)

select * from final
