using System.Globalization;
using System.Resources;
using CallCenterCrm.ServiceDefaults.Input;
using Microsoft.AspNetCore.Http.Features;

namespace CallCenterCrm.Leads.Forms;

/// <summary>POST /forms/callback: what the company's site sends, by its own server or from its pages. Nothing of it is logged.</summary>
internal static class FormEndpoint
{
    /// <summary>The sites that are set, for the browsers of their visitors.</summary>
    public const string Policy = "forms";

    private const int LargestBody = 16 * 1024;
    private static readonly ResourceManager Texts = new("CallCenterCrm.Leads.Forms.FormTexts", typeof(FormEndpoint).Assembly);

    public static void MapForms(this WebApplication app)
    {
        app.UseCors();
        app.MapPost("/forms/callback", AnswerAsync).RequireCors(Policy).DisableAntiforgery();
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, VisitorRates rates, FormStore forms, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var language = AcceptedLanguage.Of(context.Request.Headers.AcceptLanguage);
        if (rates.Take(context) is var wait && wait > TimeSpan.Zero)
        {
            var seconds = Math.Ceiling(wait.TotalSeconds);
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Refuse(StatusCodes.Status429TooManyRequests, Text("TooOften", language, seconds));
        }

        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LargestBody;
        IReadOnlyDictionary<string, string>? fields;
        try
        {
            fields = await CallbackForm.FieldsAsync(context.Request, cancellationToken);
        }
        catch (BadHttpRequestException refused)
        {
            return Refuse(refused.StatusCode, Text("Unreadable", language));
        }

        if (fields is null)
        {
            return Refuse(StatusCodes.Status400BadRequest, Text("Unreadable", language));
        }

        if (CallbackForm.IsTrapped(fields))
        {
            return Thank(await forms.PretendAsync(cancellationToken), language);
        }

        var violations = new Violations();
        var form = CallbackForm.Read(fields, violations);
        return violations.Found.Count > 0
            ? Refuse(StatusCodes.Status400BadRequest, Text("BadInput", language), violations.Found.Select(found => new { field = found.Field, text = found.Text(language) }))
            : Thank(await forms.SaveAsync(form, cancellationToken), language);
    }

    private static IResult Thank(long number, CultureInfo language) => Results.Json(new { number, text = Text("Thanks", language, number) });

    private static IResult Refuse(int status, string text, IEnumerable<object>? errors = null) =>
        Results.Json(new { text, errors = errors ?? [] }, statusCode: status);

    private static string Text(string name, CultureInfo language, params object[] args) => string.Format(
        language, Texts.GetString(name, language) ?? throw new MissingManifestResourceException($"No text is called {name}"), args);
}
