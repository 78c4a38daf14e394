{# Rows of fct_benchmark in the editions that were published before; none where nothing was. #}
{% macro published_groups(files) -%}
    {{ adapter.dispatch('published_groups')(files) }}
{%- endmacro %}
{% macro default__published_groups(files) -%}
    {%- if files -%}
    (
        select
            period,
            kpi_code,
            segment_type,
            segment,
            organization_id,
            is_suppressed,
            filename as edition
        from read_parquet([
            {%- for file in files -%}
            '{{ file | replace("'", "''") }}'{{ '' if loop.last else ', ' }}
            {%- endfor -%}
        ], filename = true)
    )
    {%- else -%}
    (
        select
            cast(null as date) as period,
            cast(null as varchar) as kpi_code,
            cast(null as varchar) as segment_type,
            cast(null as varchar) as segment,
            cast(null as varchar) as organization_id,
            cast(null as boolean) as is_suppressed,
            cast(null as varchar) as edition
        where false
    )
    {%- endif -%}
{%- endmacro %}
