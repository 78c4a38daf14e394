with accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

-- A merged account points at the one that remained, perhaps merged in turn: three steps are followed.
final as (

    select
        accounts.source_system,
        accounts.account_key,
        coalesce(
            accounts.organization_id,
            masters.organization_id,
            second_masters.organization_id,
            third_masters.organization_id
        ) as organization_id
    from accounts
    left join accounts as masters
        on
            accounts.source_system = masters.source_system
            and accounts.master_account_key = masters.account_key
    left join accounts as second_masters
        on
            masters.source_system = second_masters.source_system
            and masters.master_account_key = second_masters.account_key
    left join accounts as third_masters
        on
            second_masters.source_system = third_masters.source_system
            and second_masters.master_account_key = third_masters.account_key

)

select * from final
