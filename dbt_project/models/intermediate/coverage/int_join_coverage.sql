{% set counted = {
    'assessment_answers': 'stg_assessment__assessment_answers',
    'assessment_scores': 'stg_assessment__assessment_scores',
    'practices': 'stg_assessment__practices',
    'channel_adoption': 'stg_assessment__channel_adoption',
    'tickets': 'int_ticket',
    'employment_spells': 'stg_hr__employment_spells',
} %}
{% set valued = {'opportunities': 'int_opportunity', 'ledger_lines': 'int_ledger_line'} %}

with delivered as (

    {% for entity, relation in counted.items() %}
    select
        source_system,
        '{{ entity }}' as entity,
        period,
        organization_id,
        cast(null as decimal(18, 2)) as amount,
        false as is_foreign_currency
    from {{ ref(relation) }}
    union all
    {% endfor %}
    {% for entity, relation in valued.items() %}
    select
        source_system,
        '{{ entity }}' as entity,
        period,
        organization_id,
        amount,
        currency <> {{ reporting_currency() }} as is_foreign_currency
    from {{ ref(relation) }}
    {{ '' if loop.last else 'union all' }}
    {% endfor %}

),

counts as (

    select
        source_system,
        entity,
        period,
        cast(count(*) as bigint) as n_rows,
        cast(count(organization_id) as bigint) as n_mapped,
        {{ count_where('is_foreign_currency') }} as n_foreign_currency,
        {{ decimal_sum('amount') }} as amount,
        {{ decimal_sum("case when organization_id is not null and not is_foreign_currency then amount end") }}
            as amount_mapped,
        {{ decimal_sum("case when is_foreign_currency then amount end") }} as amount_foreign_currency
    from delivered
    group by source_system, entity, period

),

final as (

    select
        source_system,
        entity,
        period,
        n_rows,
        n_mapped,
        n_rows - n_mapped as n_unmapped,
        {{ ratio('n_mapped', 'n_rows') }} as mapped_share,
        n_foreign_currency,
        amount,
        case when amount is not null then coalesce(amount_mapped, 0) end as amount_mapped,
        case when amount is not null then coalesce(amount_foreign_currency, 0) end as amount_foreign_currency
    from counts

)

select * from final
