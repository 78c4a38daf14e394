{# Arithmetic that must come out equal on both engines. #}

{% macro natural_log(value) -%}
    {{ adapter.dispatch('natural_log')(value) }}
{%- endmacro %}
{% macro default__natural_log(value) -%}
    case when {{ value }} > 0 then ln(cast({{ value }} as double)) end
{%- endmacro %}

{# Ratios are divided last, as doubles; without a positive denominator a ratio is unknown. #}
{% macro ratio(numerator, denominator) -%}
    case when {{ denominator }} > 0 then cast({{ numerator }} as double) / cast({{ denominator }} as double) end
{%- endmacro %}

{# The exact sum of money or minutes: decimals, so that the order of rows cannot change it. #}
{% macro decimal_sum(value) -%}
    cast(sum({{ value }}) as decimal(18, 2))
{%- endmacro %}

{# The percentile of single values, between two of them by linear interpolation; unknown when there is none. #}
{% macro percentile_of(value, share) -%}
    {{ adapter.dispatch('percentile_of')(value, share) }}
{%- endmacro %}
{% macro default__percentile_of(value, share) -%}
    quantile_cont(cast({{ value }} as double), {{ share }})
{%- endmacro %}
{% macro spark__percentile_of(value, share) -%}
    percentile(cast({{ value }} as double), {{ share }})
{%- endmacro %}

{% macro count_where(condition) -%}
    cast(count(case when {{ condition }} then 1 end) as bigint)
{%- endmacro %}

{# The mean over rows of a decimal: added exactly, divided last, unknown when there is nothing to average. #}
{% macro exact_mean(value) -%}
    cast(sum({{ value }}) as double) / nullif(count({{ value }}), 0)
{%- endmacro %}

{# The mean of those columns of a row that are known, in a fixed order; unknown when none is. #}
{% macro mean_of_present(columns, suffix='') -%}
    (
        {%- for column in columns -%}
        {{ '' if loop.first else ' + ' }}coalesce({{ column }}{{ suffix }}, 0)
        {%- endfor -%}
    ) / nullif(
        {%- for column in columns -%}
        {{ '' if loop.first else ' + ' }}case when {{ column }}{{ suffix }} is null then 0 else 1 end
        {%- endfor -%}
    , 0)
{%- endmacro %}
