using System.Text.Json;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;

namespace CallCenterCrm.Leads.Forms;

/// <summary>What a visitor of the site filled in («Заказать звонок»).</summary>
/// <param name="RequestId">Made by the page: a form that is sent again is the same one. Null when the page makes none.</param>
/// <param name="Number">E.164 without plus.</param>
/// <param name="Kind">call, presentation, question.</param>
/// <param name="ConsentVersion">To which text he consented.</param>
internal sealed record CallbackForm(Guid? RequestId, string Name, string Number, string Kind, string? Question, string ConsentVersion)
{
    private const int LongestName = 200;
    private const int LongestQuestion = 2000;
    private const int LongestVersion = 50;
    private static readonly string[] Kinds = ["call", "presentation", "question"];

    /// <summary>A field that people do not see, and leave empty.</summary>
    private const string Trap = "website";

    /// <summary>Whether a program filled it in.</summary>
    public static bool IsTrapped(IReadOnlyDictionary<string, string> fields) => fields.TryGetValue(Trap, out var filled) && filled.Length > 0;

    /// <summary>Reads the fields, and notes everything that is wrong with them.</summary>
    public static CallbackForm Read(IReadOnlyDictionary<string, string> fields, Violations violations)
    {
        string Given(string field) => fields.GetValueOrDefault(field, "").ReplaceLineEndings(" ").Replace('\t', ' ').Trim();
        var phone = violations.Text("phone", Given("phone"), 80);
        var isNumber = PhoneNumber.TryParse(phone, out var number);
        if (phone.Length > 0 && !isNumber)
        {
            violations.Add("phone", ViolationKey.NotANumber);
        }

        var kind = Given("kind");
        if (!Kinds.Contains(kind, StringComparer.Ordinal))
        {
            violations.Add("kind", kind.Length == 0 ? ViolationKey.Required : ViolationKey.UnknownWord, string.Join(", ", Kinds));
        }

        if (Given("consent") is not ("true" or "on" or "1"))
        {
            violations.Add("consent", ViolationKey.Required);
        }

        return new(
            violations.OptionalIdentity("request_id", Given("request_id")),
            violations.Text("name", Given("name"), LongestName),
            isNumber ? number.Digits : "",
            kind,
            kind == "question" ? violations.Text("question", Given("question"), LongestQuestion) : violations.OptionalText("question", Given("question"), LongestQuestion),
            violations.Text("consent_version", Given("consent_version"), LongestVersion));
    }

    /// <summary>The fields of a body, whether a page's script sent them as JSON or a browser as a form.</summary>
    /// <returns>Null when it is neither.</returns>
    /// <exception cref="BadHttpRequestException">It is larger than a form may be.</exception>
    public static async Task<IReadOnlyDictionary<string, string>?> FieldsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            if (request.HasJsonContentType())
            {
                using var document = await JsonDocument.ParseAsync(request.Body, new JsonDocumentOptions { MaxDepth = 2 }, cancellationToken);
                return document.RootElement.ValueKind != JsonValueKind.Object ? null : document.RootElement.EnumerateObject()
                    .GroupBy(field => field.Name, StringComparer.Ordinal)
                    .ToDictionary(field => field.Key, field => Text(field.Last().Value), StringComparer.Ordinal);
            }

            return request.HasFormContentType
                ? (await request.ReadFormAsync(cancellationToken)).ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal)
                : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidDataException)
        {
            return null;
        }
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };
}
