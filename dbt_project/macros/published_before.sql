{#
    Rows of a table in the editions that are kept, each with the file it stands in; none where nothing was published.
    Names of editions begin with their time, so that the greatest file is the latest edition.
#}
{% macro published_before(table, columns) -%}
    {{ adapter.dispatch('published_before')(table, columns) }}
{%- endmacro %}
{% macro default__published_before(table, columns) -%}
    {%- set files = var('published_editions') -%}
    {%- if files -%}
    (
        select
            {{ columns | join(', ') }},
            filename as edition
        from read_parquet([
            {%- for file in files -%}
            '{{ file | replace("fct_benchmark", table) | replace("'", "''") }}'{{ '' if loop.last else ', ' }}
            {%- endfor -%}
        ], filename = true)
    )
    {%- else -%}
    (
        select
            {% for name, type in columns.items() -%}
            cast(null as {{ type }}) as {{ name }},
            {% endfor -%}
            cast(null as varchar) as edition
        where false
    )
    {%- endif -%}
{%- endmacro %}
