with tickets as (

    select * from {{ ref('int_ticket') }}

),

opportunities as (

    select * from {{ ref('int_opportunity') }}

),

ledger_lines as (

    select * from {{ ref('int_ledger_line') }}

),

answers as (

    select * from {{ ref('stg_assessment__assessment_answers') }}

),

scores as (

    select * from {{ ref('stg_assessment__assessment_scores') }}

),

responses as (

    select * from {{ ref('int_survey_response') }}

),

invoices as (

    select * from {{ ref('int_invoice') }}

),

spend as (

    select * from {{ ref('int_marketing_spend') }}

),

hires as (

    select * from {{ ref('int_hire') }}

),

applications as (

    select * from {{ ref('int_application') }}

),

observed as (

    select period from tickets
    where disposition = 'counted'
    union all
    select period from opportunities
    where disposition = 'counted'
    union all
    select period from ledger_lines
    where disposition = 'counted'
    union all
    select period from responses
    where disposition = 'counted'
    union all
    select period from invoices
    where disposition = 'counted'
    union all
    select period from spend
    where disposition = 'counted'
    union all
    select period from hires
    where disposition = 'counted'
    union all
    select period from applications
    where disposition = 'counted'
    union all
    select period from answers
    where organization_id is not null
    union all
    select period from scores
    where organization_id is not null

),

bounds as (

    select
        min(period) as first_period,
        max(period) as last_period
    from observed

),

months as (

    select {{ month_series('first_period', 'last_period') }} as month_at
    from bounds
    where first_period is not null

),

final as (

    select cast(month_at as date) as period
    from months

)

select * from final
