using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Refuses options that can't work, at startup.</summary>
internal sealed class SidecarOptionsValidator : IValidateOptions<SidecarOptions>
{
    public ValidateOptionsResult Validate(string? name, SidecarOptions options)
    {
        var errors = new List<string>();
        if (options.Upstream is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            errors.Add($"Messaging:Sidecar:Upstream is '{options.Upstream}': set it to the gRPC server's address, e.g. http://127.0.0.1:50052.");
        }

        if (options.DescriptorSet is { } file && !File.Exists(file))
        {
            errors.Add($"Messaging:Sidecar:DescriptorSet is '{file}', and there is no such file: write it by protoc --include_imports --descriptor_set_out, or leave it out where the server has reflection.");
        }

        if (options.ConnectInterval < TimeSpan.FromMilliseconds(100) || options.ConnectInterval > TimeSpan.FromMinutes(1))
        {
            errors.Add($"Messaging:Sidecar:ConnectInterval is {options.ConnectInterval}: set it from 100 ms to a minute.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
