{% set hops = 3 %}

with accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

-- A merged account points at the one that remained, which may have been merged in turn: at most {{ hops }} steps are followed.
final as (

    select
        accounts.source_system,
        accounts.account_key,
        coalesce(
            accounts.organization_id
            {% for hop in range(1, hops + 1) %}, master_{{ hop }}.organization_id{% endfor %}
        ) as organization_id
    from accounts
    {% for hop in range(1, hops + 1) %}
    {% set previous = 'accounts' if hop == 1 else 'master_' ~ (hop - 1) %}
    left join accounts as master_{{ hop }}
        on
            {{ previous }}.source_system = master_{{ hop }}.source_system
            and {{ previous }}.master_account_key = master_{{ hop }}.account_key
    {% endfor %}

)

select * from final
