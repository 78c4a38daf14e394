{# Written by contracts/render.py out of the contracts; change them there, not here. #}
{% macro kpi_codes() -%}
    csat_share first_response_minutes ticket_volume win_rate revenue revenue_growth gross_margin
    headcount attrition
{%- endmacro %}

{% macro distribution_kpi_codes() -%}

{%- endmacro %}
