with customer_months as (

    select * from {{ ref('int_customer_month') }}

),

horizon as (

    select * from {{ ref('int_invoice_horizon') }}

),

organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

counted as (

    select
        organization_id,
        period,
        {{ count_where('is_active') }} as n_active,
        {{ count_where('is_new') }} as n_new
    from customer_months
    group by organization_id, period

),

-- Those who were active twelve months before, and what they are now; whoever came since is not in it.
compared as (

    select
        later.organization_id,
        later.period,
        cast(count(*) as bigint) as n_base,
        {{ count_where('later.is_active') }} as n_kept,
        {{ decimal_sum('greatest(earlier.recent_amount, 0)') }} as base_amount,
        {{ decimal_sum('greatest(later.recent_amount, 0)') }} as later_amount,
        {{ decimal_sum('least(greatest(earlier.recent_amount, 0), greatest(later.recent_amount, 0))') }}
            as kept_amount
    from customer_months as earlier
    inner join customer_months as later
        on
            earlier.organization_id = later.organization_id
            and earlier.customer_key = later.customer_key
            and later.period = {{ shift_months('earlier.period', 12) }}
    where earlier.is_active
    group by later.organization_id, later.period

),

known as (

    select
        organization_periods.organization_id,
        organization_periods.period,
        organization_periods.period >= horizon.first_new_period as is_settled,
        organization_periods.period >= horizon.first_comparable_period as is_comparable,
        coalesce(counted.n_active, 0) as n_active,
        coalesce(counted.n_new, 0) as n_new,
        coalesce(compared.n_base, 0) as n_base,
        coalesce(compared.n_kept, 0) as n_kept,
        coalesce(compared.base_amount, 0) as base_amount,
        coalesce(compared.later_amount, 0) as later_amount,
        coalesce(compared.kept_amount, 0) as kept_amount
    from organization_periods
    inner join horizon
        on
            organization_periods.organization_id = horizon.organization_id
            and organization_periods.period >= horizon.first_active_period
            and organization_periods.period <= horizon.last_period
    left join counted
        on
            organization_periods.organization_id = counted.organization_id
            and organization_periods.period = counted.period
    left join compared
        on
            organization_periods.organization_id = compared.organization_id
            and organization_periods.period = compared.period

),

parts as (

    select
        organization_id,
        period,
        n_active as active_customers_numerator,
        case when is_settled then n_new end as new_customers_numerator,
        case when is_comparable then n_kept end as customer_retention_numerator,
        case when is_comparable then n_base end as customer_retention_denominator,
        case when is_comparable then n_base - n_kept end as customer_churn_numerator,
        case when is_comparable then n_base end as customer_churn_denominator,
        case when is_comparable then kept_amount end as revenue_retention_gross_numerator,
        case when is_comparable then base_amount end as revenue_retention_gross_denominator,
        case when is_comparable then later_amount end as revenue_retention_net_numerator,
        case when is_comparable then base_amount end as revenue_retention_net_denominator
    from known

),

final as (

    select
        *,
        {% for code in ['customer_retention', 'customer_churn', 'revenue_retention_gross'] %}
        {{ ratio(code ~ '_numerator', code ~ '_denominator') }} as {{ code }},
        {% endfor %}
        {{ ratio('revenue_retention_net_numerator', 'revenue_retention_net_denominator') }}
            as revenue_retention_net
    from parts

)

select * from final
