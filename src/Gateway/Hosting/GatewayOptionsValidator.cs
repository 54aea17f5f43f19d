using Messaging.Cors;
using Messaging.Protection;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Refuses options that can't work, at startup.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    private const int MaxBytes = 1 << 30;

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var errors = new List<string>();
        if (options.Services.Count == 0)
        {
            errors.Add("Messaging:Gateway:Services is empty, so that nothing could be called: name the services that may be, or * for all.");
        }

        if (options.MaxRequestBytes is < 1 or > MaxBytes)
        {
            errors.Add($"Messaging:Gateway:MaxRequestBytes is {options.MaxRequestBytes}: set it from 1 to {MaxBytes}.");
        }

        errors.AddRange(GatewayLimitsValidator.Validate(options.Limits));
        errors.AddRange(GatewayCors.Validate(options.Cors));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
