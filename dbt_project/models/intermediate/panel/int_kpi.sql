{% set codes = kpi_codes().split() %}
{% set distributions = distribution_kpi_codes().split() %}

with kpi_months as (

    select * from {{ ref('int_kpi_month') }}
    {{ of_touched_months() }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

stacked as (

    {% for code in codes %}
    select
        organization_id,
        period,
        '{{ code }}' as kpi_code,
        {% if code in distributions %}
        cast(null as double) as numerator,
        {% else %}
        cast({{ code }}_numerator as double) as numerator,
        {% endif %}
        cast({{ code }}_denominator as double) as denominator,
        cast({{ code }} as double) as value
    from kpi_months
    {{ '' if loop.last else 'union all' }}
    {% endfor %}

),

final as (

    select
        stacked.organization_id,
        stacked.period,
        stacked.kpi_code,
        stacked.numerator,
        stacked.denominator,
        stacked.value,
        coalesce(stacked.denominator, 0) < kpis.minimum_sample as is_below_minimum_sample
    from stacked
    inner join kpis on stacked.kpi_code = kpis.kpi_code
    where
        stacked.numerator is not null
        or stacked.denominator is not null
        or stacked.value is not null

)

select * from final
