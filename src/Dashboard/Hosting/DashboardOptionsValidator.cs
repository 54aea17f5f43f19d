using Messaging.Wire;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Refuses options that can't work, at startup.</summary>
internal sealed class DashboardOptionsValidator : IValidateOptions<DashboardOptions>
{
    public const int MinBodyBytes = 1024;
    private const int MaxBodyBytes = 16 * 1024 * 1024;
    private const int MaxDeadLetters = 10_000;

    public ValidateOptionsResult Validate(string? name, DashboardOptions options)
    {
        var errors = new List<string>();
        errors.AddRange(options.Services.Where(static service => !ServiceNames.IsValid(service))
            .Select(static service => $"Messaging:Dashboard:Services names '{service}', which no service can be called: write wire names, such as orders."));
        if (options.History < TimeSpan.FromMinutes(1) || options.History > TimeSpan.FromHours(2))
        {
            errors.Add($"Messaging:Dashboard:History is {options.History}: set it from 1 minute to 2 hours.");
        }

        if (options.MaxDeadLetters is < 1 or > MaxDeadLetters)
        {
            errors.Add($"Messaging:Dashboard:MaxDeadLetters is {options.MaxDeadLetters}: set it from 1 to {MaxDeadLetters}.");
        }

        if (options.MaxBodyBytes is < MinBodyBytes or > MaxBodyBytes)
        {
            errors.Add($"Messaging:Dashboard:MaxBodyBytes is {options.MaxBodyBytes}: set it from {MinBodyBytes} to {MaxBodyBytes}.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
