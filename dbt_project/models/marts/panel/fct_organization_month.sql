{% set codes = kpi_codes().split() %}
{% set distributions = distribution_kpi_codes().split() %}

with int_kpi_month as (

    select * from {{ ref('int_kpi_month') }}
    {{ of_touched_months() }}

),

final as (

    select
        organization_id,
        period,
        {% for code in codes %}
        {% if code not in distributions %}
        {{ code }}_numerator,
        {% endif %}
        {{ code }}_denominator,
        {{ code }},
        {% endfor %}
        reporting_currency,
        integration_index,
        stage
    from int_kpi_month
    order by organization_id, period

)

select * from final
