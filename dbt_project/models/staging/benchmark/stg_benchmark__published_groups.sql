with published as (

    select * from {{ published_before('fct_benchmark', {
        'period': 'date', 'kpi_code': 'varchar', 'segment_type': 'varchar', 'segment': 'varchar',
        'organization_id': 'varchar', 'is_suppressed': 'boolean',
    }) }}

),

shown as (

    select * from published
    where not is_suppressed

),

-- Names of editions begin with their time.
latest as (

    select
        period,
        kpi_code,
        segment_type,
        segment,
        max(edition) as edition
    from shown
    group by period, kpi_code, segment_type, segment

),

final as (

    select
        shown.period,
        shown.kpi_code,
        shown.segment_type,
        shown.segment,
        shown.organization_id
    from shown
    inner join latest
        on
            shown.period = latest.period
            and shown.kpi_code = latest.kpi_code
            and shown.segment_type = latest.segment_type
            and shown.segment = latest.segment
            and shown.edition = latest.edition

)

select * from final
