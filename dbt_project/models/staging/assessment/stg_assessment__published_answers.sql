with published as (

    select * from {{ published_before('fct_item_distribution', {
        'organization_id': 'varchar', 'wave': 'varchar', 'instrument_version': 'varchar', 'item_code': 'varchar',
        'answer_level': 'bigint', 'n_answers': 'bigint', 'is_suppressed': 'boolean',
    }) }}

),

shown as (

    select
        *,
        max(edition) over (partition by organization_id, wave, instrument_version, item_code) as last_edition
    from published
    where not is_suppressed

),

final as (

    select
        organization_id,
        wave,
        instrument_version,
        item_code,
        answer_level,
        n_answers
    from shown
    where edition = last_edition

)

select * from final
