with organizations as (

    select * from {{ ref('int_organization') }}

),

periods as (

    select * from {{ ref('int_period') }}

),

final as (

    select
        organizations.organization_id,
        periods.period
    from organizations
    cross join periods

)

select * from final
