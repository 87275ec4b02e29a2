//! DynamoDB's state without the copy that nobody looks at.
//!
//! After every call that went well, the service copies all of its state for those who subscribed to changes of
//! it. Here nobody does, and the copy costs more than all the rest together: so what is asked for it is
//! answered with nothing, and everything else is passed on. Whoever wants state saved asks in vain.

use std::pin::Pin;
use std::sync::Arc;
use winterbaume_core::StateViewError;
use winterbaume_dynamodb::types::*;
use winterbaume_dynamodb::{
    DynamoDbBackend, DynamoDbError, DynamoDbService, DynamodbStateView, InMemoryDynamoDbBackend, QueryResult,
};

struct Unwatched(InMemoryDynamoDbBackend);

/// The service.
pub(in crate::stage) fn dynamodb() -> DynamoDbService {
    DynamoDbService::with_backend(Arc::new(Unwatched(InMemoryDynamoDbBackend::new())))
}

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

macro_rules! passed_on {
    ($(fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty;)*) => {
        $(
            fn $name(&self, account_id: String, region: String $(, $argument: $type)*) -> Answer<$output> {
                self.0.$name(account_id, region $(, $argument)*)
            }
        )*
    };
}

// The signatures are the trait's.
impl DynamoDbBackend for Unwatched {
    fn snapshot(&self, _: String, _: String) -> Answer<DynamodbStateView> {
        Box::pin(std::future::ready(DynamodbStateView::default()))
    }

    fn scopes_with_state(&self) -> Vec<(String, String)> {
        self.0.scopes_with_state()
    }

    passed_on! {
        fn create_table(name: String, key_schema: Vec<KeySchemaElement>, attribute_definitions: Vec<AttributeDefinition>, billing_mode: Option<String>, provisioned_throughput: Option<ProvisionedThroughput>, stream_enabled: bool, stream_view_type: Option<String>, global_secondary_indexes: Vec<GlobalSecondaryIndexDef>, local_secondary_indexes: Vec<LocalSecondaryIndexDef>) -> Result<Table, DynamoDbError>;
        fn delete_table(name: String) -> Result<Table, DynamoDbError>;
        fn describe_table(name: String) -> Result<Table, DynamoDbError>;
        fn list_tables() -> Result<Vec<String>, DynamoDbError>;
        fn update_table(name: String, billing_mode: Option<String>, provisioned_throughput: Option<ProvisionedThroughput>) -> Result<Table, DynamoDbError>;
        fn update_stream_specification(table_name: String, stream_enabled: bool, stream_view_type: Option<String>) -> Result<Table, DynamoDbError>;
        fn list_streams(table_name: Option<String>) -> Result<Vec<StreamSummary>, DynamoDbError>;
        fn describe_stream_by_arn(stream_arn: String) -> Result<StreamSummary, DynamoDbError>;
        fn put_item(table_name: String, item: Item) -> Result<Option<Item>, DynamoDbError>;
        fn get_item(table_name: String, key: Item) -> Result<Option<Item>, DynamoDbError>;
        fn delete_item(table_name: String, key: Item) -> Result<Option<Item>, DynamoDbError>;
        fn update_item(table_name: String, key: Item, actions: Vec<UpdateAction>) -> Result<Option<Item>, DynamoDbError>;
        fn batch_get_item(table_name: String, keys: Vec<Item>) -> Result<Vec<Item>, DynamoDbError>;
        fn batch_write_item(table_name: String, puts: Vec<Item>, deletes: Vec<Item>) -> Result<(), DynamoDbError>;
        fn query(table_name: String, key_conditions: Item, sort_key_condition: Option<SortKeyCondition>, limit: Option<usize>, scan_index_forward: bool, exclusive_start_key: Option<Item>, index_name: Option<String>) -> Result<QueryResult, DynamoDbError>;
        fn scan(table_name: String, limit: Option<usize>, exclusive_start_key: Option<Item>) -> Result<QueryResult, DynamoDbError>;
        fn transact_get_items(keys: Vec<(String, Item)>) -> Result<Vec<Option<Item>>, DynamoDbError>;
        fn transact_write_items(ops: Vec<TransactOp>) -> Result<(), DynamoDbError>;
        fn create_backup(table_name: String, backup_name: String) -> Result<Backup, DynamoDbError>;
        fn delete_backup(backup_arn: String) -> Result<Backup, DynamoDbError>;
        fn describe_backup(backup_arn: String) -> Result<Backup, DynamoDbError>;
        fn list_backups(table_name: Option<String>) -> Result<Vec<Backup>, DynamoDbError>;
        fn restore_table_from_backup(backup_arn: String, target_table_name: String) -> Result<Table, DynamoDbError>;
        fn restore_table_to_point_in_time(source_table_name: String, target_table_name: String) -> Result<Table, DynamoDbError>;
        fn tag_resource(resource_arn: String, tags: Vec<DynamoDbTag>) -> Result<(), DynamoDbError>;
        fn untag_resource(resource_arn: String, tag_keys: Vec<String>) -> Result<(), DynamoDbError>;
        fn list_tags_of_resource(resource_arn: String) -> Result<Vec<DynamoDbTag>, DynamoDbError>;
        fn update_time_to_live(table_name: String, attribute_name: String, enabled: bool) -> Result<TtlConfig, DynamoDbError>;
        fn describe_time_to_live(table_name: String) -> Result<Option<TtlConfig>, DynamoDbError>;
        fn update_continuous_backups(table_name: String, enabled: bool) -> Result<ContinuousBackupsConfig, DynamoDbError>;
        fn describe_continuous_backups(table_name: String) -> Result<Option<ContinuousBackupsConfig>, DynamoDbError>;
        fn put_resource_policy(resource_arn: String, policy: String) -> Result<String, DynamoDbError>;
        fn get_resource_policy(resource_arn: String) -> Result<Option<ResourcePolicy>, DynamoDbError>;
        fn delete_resource_policy(resource_arn: String) -> Result<String, DynamoDbError>;
        fn create_global_table(global_table_name: String, replication_group: Vec<String>) -> Result<GlobalTableInfo, DynamoDbError>;
        fn describe_global_table(global_table_name: String) -> Result<GlobalTableInfo, DynamoDbError>;
        fn update_global_table(global_table_name: String, replicas_to_create: Vec<String>, replicas_to_delete: Vec<String>) -> Result<GlobalTableInfo, DynamoDbError>;
        fn list_global_tables() -> Result<Vec<GlobalTableInfo>, DynamoDbError>;
        fn enable_kinesis_streaming_destination(table_name: String, stream_arn: String, precision: Option<String>) -> Result<KinesisStreamingDestination, DynamoDbError>;
        fn disable_kinesis_streaming_destination(table_name: String, stream_arn: String) -> Result<KinesisStreamingDestination, DynamoDbError>;
        fn describe_kinesis_streaming_destinations(table_name: String) -> Result<Vec<KinesisStreamingDestination>, DynamoDbError>;
        fn update_kinesis_streaming_destination(table_name: String, stream_arn: String, precision: Option<String>) -> Result<KinesisStreamingDestination, DynamoDbError>;
        fn update_contributor_insights(table_name: String, index_name: Option<String>, mode: String) -> Result<ContributorInsightsConfig, DynamoDbError>;
        fn describe_contributor_insights(table_name: String, index_name: Option<String>) -> Result<Option<ContributorInsightsConfig>, DynamoDbError>;
        fn list_contributor_insights(table_name: Option<String>) -> Result<Vec<ContributorInsightsConfig>, DynamoDbError>;
        fn export_table_to_point_in_time(table_arn: String, s3_bucket: Option<String>, s3_prefix: Option<String>, export_format: Option<String>) -> Result<ExportInfo, DynamoDbError>;
        fn describe_export(export_arn: String) -> Result<ExportInfo, DynamoDbError>;
        fn list_exports() -> Vec<ExportInfo>;
        fn import_table(table_name: String, s3_bucket_source: Option<String>, input_format: Option<String>) -> ImportInfo;
        fn describe_import(import_arn: String) -> Result<ImportInfo, DynamoDbError>;
        fn list_imports() -> Vec<ImportInfo>;
        fn get_stream_records(stream_arn: String, next_sequence_number: u64, limit: Option<usize>) -> Result<(Vec<StreamChangeRecord>, u64), DynamoDbError>;
        fn restore(view: DynamodbStateView) -> Result<(), StateViewError>;
        fn merge(view: DynamodbStateView) -> Result<(), StateViewError>;
    }
}
