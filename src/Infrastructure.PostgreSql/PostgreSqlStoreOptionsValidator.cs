using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Messaging.PostgreSql;

internal sealed class PostgreSqlStoreOptionsValidator(IServiceProvider provider) : IValidateOptions<PostgreSqlStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgreSqlStoreOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            return provider.GetService<NpgsqlDataSource>() is null
                ? ValidateOptionsResult.Fail(
                    "Messaging:PostgreSql: ConnectionString is not set and no NpgsqlDataSource is registered; set it to e.g. 'Host=db;Database=orders;Username=orders'.")
                : ValidateOptionsResult.Success;
        }

        try
        {
            return new NpgsqlConnectionStringBuilder(options.ConnectionString).Host is null
                ? ValidateOptionsResult.Fail("Messaging:PostgreSql: ConnectionString names no Host; add one, e.g. 'Host=db'.")
                : ValidateOptionsResult.Success;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException)
        {
            // Its value is left out: a connection string holds a password.
            return ValidateOptionsResult.Fail($"Messaging:PostgreSql: ConnectionString can't be read: {exception.Message} Set it to e.g. 'Host=db;Database=orders;Username=orders'.");
        }
    }
}
