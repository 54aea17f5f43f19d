using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddMessaging().UseRabbitMq().AddSidecar();
await builder.Build().RunAsync().ConfigureAwait(false);
