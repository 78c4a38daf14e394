{# Whoever is mapped is mapped to an organisation that exists. #}
{% test known_organization(model) %}

select mapped.organization_id
from {{ model }} as mapped
left join {{ ref('stg_reference__organizations') }} as known
    on mapped.organization_id = known.organization_id
where
    mapped.organization_id is not null
    and known.organization_id is null

{% endtest %}
