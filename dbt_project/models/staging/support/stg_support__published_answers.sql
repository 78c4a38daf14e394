with published as (

    select * from {{ published_before('fct_kpi', {
        'organization_id': 'varchar', 'period': 'date', 'kpi_code': 'varchar', 'numerator': 'double',
        'denominator': 'double',
    }) }}

),

shown as (

    select
        *,
        max(edition) over (partition by organization_id, period, kpi_code) as last_edition
    from published
    where kpi_code in ('enps', 'engagement', 'applicant_diversity') and numerator is not null

),

final as (

    select
        organization_id,
        period,
        kpi_code,
        numerator,
        denominator
    from shown
    where edition = last_edition

)

select * from final
