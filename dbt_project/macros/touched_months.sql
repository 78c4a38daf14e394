{#
    Models made month by month keep their rows of months that int_month_state calls untouched. Each reads the
    touched months only, and forgets them before it adds them anew, in one transaction. A full refresh, and a
    file without such tables, makes all months.
#}

{% macro of_touched_months() -%}
    {%- if is_incremental() -%}
    where period in (select state.period from {{ ref('int_month_state') }} as state where state.is_touched)
    {%- endif -%}
{%- endmacro %}

{# The reference stands outside the condition, so that dbt builds the state first. #}
{% macro forget_touched_months() -%}
    {%- set state = ref('int_month_state') -%}
    {%- if is_incremental() -%}
    delete from {{ this }} where period in (select state.period from {{ state }} as state where state.is_touched)
    {%- endif -%}
{%- endmacro %}
