using System.Globalization;
using System.Resources;
using System.Runtime.CompilerServices;

namespace CallCenterCrm.Demo;

/// <summary>Everything that is printed, in the language of the current culture: Texts.resx and Texts.ru.resx.</summary>
internal static class Texts
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    public static string Display => Get([]);

    public static string Message => Get([]);

    public static string Talk => Get([]);

    public static string Recording => Get([]);

    public static string Call => Get([]);

    public static string Client => Get([]);

    public static string Lead => Get([]);

    public static string History => Get([]);

    public static string Callback => Get([]);

    public static string NoCallback => Get([]);

    public static string AsTold => Get([]);

    public static string Nobody => Get([]);

    public static string Nothing => Get([]);

    public static string Silence => Get([]);

    public static string Sound => Get([]);

    public static string GoneAtOnce => Get([]);

    public static string Mobile => Get([]);

    public static string WhoRang => Get([]);

    public static string WhoRangInCrm => Get([]);

    public static string WhoAnswered => Get([]);

    public static string Outcome => Get([]);

    public static string BothHeard => Get([]);

    public static string RecordedSeconds => Get([]);

    public static string FileBytes => Get([]);

    public static string OnDisplay => Get([]);

    public static string Head(int calls, object sip, object trunk) => Get([calls, sip, trunk]);

    public static string HeadPhones(string phones) => Get([phones]);

    public static string HeadRecordings(string folder) => Get([folder]);

    public static string Title(int number, int count, string key) => Get([number, count, Word("Title", key)]);

    public static string FromTo(string caller, string did) => Get([caller, did]);

    public static string AnsweredOn(int ring, TimeSpan after) => Get([ring, Seconds(after)]);

    public static string NotAnswered(int rings, TimeSpan rang) => Get([rings, Seconds(rang)]);

    public static string CallerHungUp(TimeSpan talked) => Get([Seconds(talked)]);

    public static string PbxHungUp(TimeSpan heard, int code) => Get([Seconds(heard), code]);

    public static string RecordingIs(string file, TimeSpan length, long bytes) => Get([file, Seconds(length), bytes / 1024.0]);

    public static string RecordingWord(string state) => Word("Recording", state);

    public static string CallAnswered(string by) => Get([by]);

    public static string CallMissed(string reason) => Get([Word("Missed", reason)]);

    public static string ClientIs(string name, string responsible) => Get([name, responsible]);

    public static string HistoryIs(int calls) => Get([calls]);

    public static string LeadIs(string number) => Get([number]);

    public static string CallbackIs(int misses) => Get([misses]);

    public static string Differs(string what, string expected, string actual) => Get([what, expected, actual]);

    public static string RangTimes(string phone, int rings) => Get([phone, rings]);

    public static string NewLead(string number) => Get([number]);

    public static string CallbackOpen => Get([]);

    public static string NeverInCrm(string what, TimeSpan waited) => Get([what, Seconds(waited)]);

    public static string CallSettled => Get([]);

    public static string CallInLeads => Get([]);

    public static string ClientsInGateway => Get([]);

    public static string PbxSilent => Get([]);

    public static string AllAsTold(int calls, TimeSpan took) => Get([calls, (int)took.TotalMinutes, took.Seconds]);

    public static string NotAsTold(int calls, string keys) => Get([calls, keys]);

    public static string WentOn(string what) => Get([what]);

    public static string CannotRead(string why) => Get([why]);

    public static string CannotOpenPhones(string why) => Get([why]);

    public static string CannotAskCrm(string why) => Get([why]);

    public static string PhonesAbsent(string phones) => Get([phones]);

    /// <summary>A length of time with one digit behind the point.</summary>
    public static string Seconds(TimeSpan time) => Get([time.TotalSeconds]);

    /// <summary>+7 916 123-45-67; what is no Russian number stays as it is.</summary>
    public static string Number(string digits) =>
        digits is ['7', .. { Length: 10 } rest] ? $"+7 {rest[..3]} {rest[3..6]}-{rest[6..8]}-{rest[8..]}" : digits;

    // A word of the CRM's that has no text here yet is shown as it stands.
    private static string Word(string family, string word) => Resources.GetString($"{family}_{word}", CultureInfo.CurrentUICulture) ?? word;

    private static string Get(object[] values, [CallerMemberName] string name = "")
    {
        var text = Resources.GetString(name, CultureInfo.CurrentUICulture) ?? throw new MissingManifestResourceException($"There is no text {name}");
        return values.Length == 0 ? text : string.Format(CultureInfo.CurrentCulture, text, values);
    }
}
