{# Money in the reporting currency: at declared rates only, multiplied as decimals, rounded to cents, half a cent away from nought. #}

{# A rate with room for eight digits before the point and twelve behind it, so that its product with money is exact. #}
{% macro exact_rate(rate) -%}
    cast({{ rate }} as decimal(20, 12))
{%- endmacro %}

{# The declared rate of a currency; the reporting currency is worth itself. Unknown where none was declared. #}
{% macro rate_to_reporting(currency, declared_rate) -%}
    case when {{ currency }} = {{ reporting_currency() }} then {{ exact_rate(1) }} else {{ declared_rate }} end
{%- endmacro %}

{% macro in_reporting_currency(amount, rate) -%}
    cast({{ amount }} * {{ rate }} as decimal(18, 2))
{%- endmacro %}
