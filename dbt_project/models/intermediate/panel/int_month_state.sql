with kpi_months as (

    select * from {{ ref('int_kpi_month') }}

),

organizations as (

    select * from {{ ref('int_organization') }}

),

described as (

    select {{ fingerprint_of_rows('organizations', 'organization_id') }} as fingerprint
    from organizations

),

told as (

    select
        period,
        {{ fingerprint_of_rows('kpi_months', 'organization_id') }} as fingerprint
    from kpi_months
    group by period

),

current_state as (

    select
        told.period,
        concat(told.fingerprint, '-', described.fingerprint) as fingerprint
    from told
    cross join described

),

{% if is_incremental() %}
state_before as (

    select
        period,
        fingerprint
    from {{ this }}

),

-- A month that is no longer observed stays, without a fingerprint: its rows are forgotten downstream.
final as (

    select
        coalesce(current_state.period, state_before.period) as period,
        current_state.fingerprint,
        coalesce(current_state.fingerprint, '') <> coalesce(state_before.fingerprint, '') as is_touched
    from current_state
    full outer join state_before on current_state.period = state_before.period

)
{% else %}
final as (

    select
        period,
        fingerprint,
        true as is_touched
    from current_state

)
{% endif %}

select * from final
