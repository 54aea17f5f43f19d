using System.Text.Json;
using System.Text.Json.Serialization;
using Messaging.Letters;
using Messaging.Trying;
using Messaging.Watching;

namespace Messaging.Serving;

/// <summary>Why the page did not get what it asked for.</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Status">HTTP's status.</param>
/// <param name="Detail">What happened.</param>
/// <param name="Remedy">What to do; null where nothing is known.</param>
internal sealed record Refusal(string Title, int Status, string Detail, string? Remedy);

/// <summary>How everything between the page and its server is written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(FleetSnapshot))]
[JsonSerializable(typeof(ServiceSnapshot))]
[JsonSerializable(typeof(HistoryAnswer))]
[JsonSerializable(typeof(LetterList))]
[JsonSerializable(typeof(LetterDetail))]
[JsonSerializable(typeof(LetterAction))]
[JsonSerializable(typeof(LetterActionOutcome))]
[JsonSerializable(typeof(OperationList))]
[JsonSerializable(typeof(TryRequest))]
[JsonSerializable(typeof(TryLine))]
internal sealed partial class DashboardJson : JsonSerializerContext;
