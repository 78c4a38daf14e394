-- If this fails, the history of an organisation and its description as of now tell two different stories.
with current_version as (

    select
        organization_id,
        name,
        industry,
        country,
        customer_type,
        employees,
        employees_band,
        currency
    from {{ ref('dim_organization_history') }}
    where is_current

),

described as (

    select
        organization_id,
        name,
        industry,
        country,
        customer_type,
        employees,
        employees_band,
        currency
    from {{ ref('dim_organization') }}

),

changed as (

    select * from current_version
    except
    select * from described

),

missing as (

    select * from described
    except
    select * from current_version

)

select * from changed
union all
select * from missing
