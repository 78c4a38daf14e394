{% set plain = {
    'assessment_answers': 'stg_assessment__assessment_answers',
    'assessment_scores': 'stg_assessment__assessment_scores',
    'practices': 'stg_assessment__practices',
    'channel_adoption': 'stg_assessment__channel_adoption',
    'employment_spells': 'stg_hr__employment_spells',
} %}
{% set judged = {
    'tickets': 'int_ticket',
    'survey_responses': 'int_survey_response',
    'applications': 'int_application',
} %}
{% set valued = {
    'opportunities': ('int_opportunity', 'amount'),
    'ledger_lines': ('int_ledger_line', 'amount'),
    'invoices': ('int_invoice', 'amount'),
    'marketing_spend': ('int_marketing_spend', 'amount'),
    'hires': ('int_hire', 'cost'),
} %}
{% set own_reasons = "('unmapped', 'other_scale', 'no_average_rate')" %}

-- XXX is ISO 4217's code where no currency is involved.
with accepted as (

    {% for entity, relation in plain.items() %}
    select
        source_system,
        '{{ entity }}' as entity,
        organization_id,
        period,
        'XXX' as currency,
        case when organization_id is null then 'unmapped' end as held_reason,
        cast(null as decimal(18, 2)) as amount,
        cast(null as decimal(18, 2)) as reported_amount
    from {{ ref(relation) }}
    union all
    {% endfor %}
    {% for entity, relation in judged.items() %}
    select
        source_system,
        '{{ entity }}' as entity,
        organization_id,
        period,
        'XXX' as currency,
        case when disposition in {{ own_reasons }} then disposition end as held_reason,
        cast(null as decimal(18, 2)) as amount,
        cast(null as decimal(18, 2)) as reported_amount
    from {{ ref(relation) }}
    union all
    {% endfor %}
    {% for entity, (relation, amount) in valued.items() %}
    select
        source_system,
        '{{ entity }}' as entity,
        organization_id,
        period,
        coalesce(currency, 'XXX') as currency,
        case
            when disposition in {{ own_reasons }} then disposition
            when disposition = 'counted' and {{ amount }} is not null and rate_to_reporting is null
                then 'no_average_rate'
        end as held_reason,
        {{ amount }} as amount,
        reported_{{ amount }} as reported_amount
    from {{ ref(relation) }}
    {{ '' if loop.last else 'union all' }}
    {% endfor %}

),

summed as (

    select
        source_system,
        entity,
        organization_id,
        period,
        currency,
        held_reason,
        cast(period as string) as period_text,
        cast(count(*) as bigint) as n_rows,
        {{ count_where('amount is null') }} as n_amount_unknown,
        {{ count_where('amount is not null and reported_amount is null') }} as n_without_rate,
        {{ decimal_sum('amount') }} as amount,
        {{ decimal_sum('case when reported_amount is null then amount end') }} as amount_without_rate,
        {{ decimal_sum('reported_amount') }} as reported_amount
    from accepted
    group by source_system, entity, organization_id, period, currency, held_reason

),

final as (

    select
        concat(
            source_system, '/', entity, '/', coalesce(held_reason, '-'), '/',
            coalesce(organization_id, '-'), '/', period_text, '/', currency
        ) as accepted_key,
        source_system,
        entity,
        organization_id,
        period,
        currency,
        held_reason,
        n_rows,
        n_amount_unknown,
        n_without_rate,
        amount,
        amount_without_rate,
        reported_amount
    from summed

)

select * from final
