using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Binds the options of workers whose services are found only when the program runs.</summary>
internal sealed class ForwardedWorkerOptions(IConfiguration configuration) : IConfigureNamedOptions<WorkerOptions>
{
    public void Configure(string? name, WorkerOptions options)
    {
        if (!string.IsNullOrEmpty(name))
        {
            configuration.GetSection($"Messaging:Workers:{name}").Bind(options);
        }
    }

    public void Configure(WorkerOptions options)
    {
    }
}
