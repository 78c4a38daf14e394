{# As many rows leave a step as entered it: none is lost in a join, none is multiplied. #}
{% test rows_conserved(model, source_model) %}

with after as (

    select count(*) as n_rows from {{ model }}

),

before as (

    select count(*) as n_rows from {{ source_model }}

)

select
    after.n_rows as n_after,
    before.n_rows as n_before
from after
cross join before
where after.n_rows <> before.n_rows

{% endtest %}
