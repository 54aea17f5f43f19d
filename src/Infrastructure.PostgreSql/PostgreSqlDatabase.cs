using System.Data.Common;
using Messaging.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Messaging.PostgreSql;

/// <summary>A PostgreSQL database, by a data source of our own or the application's.</summary>
internal sealed class PostgreSqlDatabase : StoreDatabase, IAsyncDisposable
{
    private readonly PostgreSqlStoreOptions _options;
    private readonly NpgsqlDataSource? _own;
    private readonly NpgsqlDataSource _source;

    public PostgreSqlDatabase(IOptions<PostgreSqlStoreOptions> options, IServiceProvider provider)
    {
        _options = options.Value;
        _own = string.IsNullOrWhiteSpace(_options.ConnectionString) ? null : NpgsqlDataSource.Create(_options.ConnectionString);
        _source = _own ?? provider.GetRequiredService<NpgsqlDataSource>();
    }

    public override string Name => "PostgreSQL";

    public override StoreSql Sql => PostgreSqlSql.Statements;

    protected override bool CreatesSchema => _options.CreateSchema;

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    public override bool IsTransient(Exception exception) => exception is NpgsqlException { IsTransient: true };

    public override bool IsOwn(DbTransaction transaction) => transaction is NpgsqlTransaction;

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}
