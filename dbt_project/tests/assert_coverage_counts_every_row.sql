-- If this fails, the coverage shown to leadership leaves out rows or money that were accepted.
{% set entities = {
    'assessment_answers': 'stg_assessment__assessment_answers',
    'assessment_scores': 'stg_assessment__assessment_scores',
    'practices': 'stg_assessment__practices',
    'channel_adoption': 'stg_assessment__channel_adoption',
    'tickets': 'stg_support__tickets',
    'employment_spells': 'stg_hr__employment_spells',
    'opportunities': 'stg_crm__opportunities',
    'ledger_lines': 'stg_finance__ledger_lines',
    'invoices': 'stg_finance__invoices',
    'marketing_spend': 'stg_finance__marketing_spend',
    'survey_responses': 'stg_support__survey_responses',
    'hires': 'stg_hr__hires',
    'applications': 'stg_hr__applications',
} %}

with accepted as (

    {% for entity, relation in entities.items() %}
    select
        '{{ entity }}' as entity,
        count(*) as n_rows
    from {{ ref(relation) }}
    {{ '' if loop.last else 'union all' }}
    {% endfor %}

),

covered as (

    select
        entity,
        sum(n_rows) as n_rows
    from {{ ref('fct_join_coverage') }}
    group by entity

)

select
    accepted.entity,
    accepted.n_rows as n_accepted,
    covered.n_rows as n_covered
from accepted
left join covered on accepted.entity = covered.entity
where accepted.n_rows <> coalesce(covered.n_rows, 0)
