using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Binds the options of services that nobody registered a requester for, as the gateway learns of them.</summary>
internal sealed class ForwardedRequesterOptions(IConfiguration configuration) : IConfigureNamedOptions<RequesterOptions>
{
    public void Configure(string? name, RequesterOptions options)
    {
        if (!string.IsNullOrEmpty(name))
        {
            // Clients that find a service full are told at once: a gateway that holds them serves nobody else.
            options.WhenFull = FullWindowBehavior.Fail;
            configuration.GetSection($"Messaging:Requesters:{name}").Bind(options);
        }
    }

    public void Configure(RequesterOptions options)
    {
    }
}
