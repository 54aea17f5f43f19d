using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orders.Contracts;

/// <summary>How the contracts' types are written as JSON, generated at compile time: no reflection, so it works under NativeAOT.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(QuoteRequest))]
[JsonSerializable(typeof(Quote))]
[JsonSerializable(typeof(PlaceOrder))]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(Audit))]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(Ship))]
[JsonSerializable(typeof(Follow))]
[JsonSerializable(typeof(OrderStatus))]
[JsonSerializable(typeof(ReturnRequest))]
[JsonSerializable(typeof(ReturnLabel))]
internal sealed partial class OrdersJson : JsonSerializerContext;
