-- How far is every organisation today? The latest assessment of each organisation that gave an index.
-- @organization_id Organisation, by the user's own code.
-- @name Name of the organisation.
-- @industry Industry, one of the twelve codes.
-- @country Country, ISO 3166-1 alpha-2.
-- @employees_band Size band by number of employees.
-- @wave Half-year of that assessment.
-- @integration_index Integration index, 0 to 100. Unit: points.
-- @stage Stage of integration, 1 to 5.
-- @stage_code Stage in words.
-- @n_raters Respondents behind it.
-- @is_low_reliability Fewer respondents than the minimum stand behind it.
-- @index_before Integration index one assessment earlier; empty when there is none. Unit: points.
-- @change Latest index minus the one before. Unit: points.
with indexed as (

    select
        *,
        lag(integration_index) over (partition by organization_id order by wave) as index_before,
        row_number() over (partition by organization_id order by wave desc) as recency
    from fct_assessment
    where integration_index is not null

),

final as (

    select
        indexed.organization_id,
        organizations.name,
        organizations.industry,
        organizations.country,
        organizations.employees_band,
        indexed.wave,
        indexed.integration_index,
        indexed.stage,
        indexed.stage_code,
        indexed.n_raters,
        indexed.is_low_reliability,
        indexed.index_before,
        indexed.integration_index - indexed.index_before as change
    from indexed
    left join dim_organization as organizations on indexed.organization_id = organizations.organization_id
    where indexed.recency = 1

)

select * from final
order by organization_id
